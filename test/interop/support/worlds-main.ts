/** For a page in a browser: `import('/test/interop/support/worlds-main.js')`. */
export { hashOfWorld } from './random-world.ts'
