import '@fontsource-variable/jetbrains-mono/wght.css'
import './style/base.css'
import { mount } from 'svelte'
import App from './app/App.svelte'

const target = document.getElementById('lab')
if (target === null) throw new Error('the page has no place for the lab')
mount(App, { target })
if ('serviceWorker' in navigator && import.meta.env.PROD) void navigator.serviceWorker.register('./offline.js')
