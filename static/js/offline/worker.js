// The service worker. Without a network it shows one page that is everybody's; it keeps nothing else, and above all no
// page of a person. FILES, the page first, is put before this by ejournal/web/offline.py.

const CACHE = `offline:${FILES.join()}`;

self.addEventListener("install", (event) => {
  // Without the cookie: the page must not carry the name of who happened to be signed in.
  const requests = FILES.map((path) => new Request(path, { credentials: "omit" }));
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(requests)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) if (name !== CACHE) await caches.delete(name);
    await self.registration.navigationPreload?.enable();
    await self.clients.claim();
  })());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  if (request.mode === "navigate") event.respondWith(navigate(event));
  else if (FILES.includes(new URL(request.url).pathname)) event.respondWith(fromCache(request));
});

// What a proxy answers while the server is being restarted.
const GONE = [502, 504];

async function navigate(event) {
  try {
    const response = (await event.preloadResponse) ?? (await fetch(event.request));
    if (!GONE.includes(response.status)) return response;
  } catch {
    // No network, or no server.
  }
  return (await caches.match(FILES[0])) ?? Response.error();
}

const fromCache = async (request) => (await caches.match(request)) ?? fetch(request);
