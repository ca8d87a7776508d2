// The service worker: files of one version of the lab, kept at the first visit. The build fills in both names.
const version = 'VERSION'
const files = ['FILES']

self.addEventListener('install', (event) => {
  event.waitUntil(
    caches
      .open(version)
      .then((cache) => cache.addAll(files))
      .then(() => self.skipWaiting()),
  )
})

self.addEventListener('activate', (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((name) => name !== version).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  )
})

self.addEventListener('fetch', (event) => {
  if (event.request.method !== 'GET') return
  const ours = new URL(event.request.url).origin === self.location.origin
  if (ours)
    event.respondWith(
      caches
        .match(event.request, { ignoreSearch: true, ignoreVary: true })
        .then((kept) => kept ?? fetch(event.request)),
    )
})
