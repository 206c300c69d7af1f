/**
 * The page without a network: what it may need is kept at the first visit, and what is kept answers where the network does
 * not. While there is a network it answers, so nothing is ever out of date.
 */

/** The files of the build, which vite.config.ts writes in here. */
const FILES = [];
const CACHE = 'recurra-playground';

addEventListener('install', (event) => {
  event.waitUntil(keep());
});

addEventListener('activate', (event) => {
  event.waitUntil(clients.claim());
});

addEventListener('fetch', (event) => {
  const { request } = event;
  const isOwn = request.method === 'GET' && request.url.startsWith(registration.scope);
  if (isOwn) event.respondWith(answer(request));
});

/** Keeps the files of this build, and no others; of the kernels those that this browser runs. */
async function keep() {
  await caches.delete(CACHE);
  const cache = await caches.open(CACHE);
  await cache.addAll(FILES.filter((file) => !file.endsWith('.wasm')));
  for (const tier of ['relaxed', 'simd']) {
    const binaries = FILES.filter((file) => file.includes(`kernels.${tier}`));
    await cache.addAll(binaries);
    if (await isValid(cache, binaries[0])) return;
    await Promise.all(binaries.map((file) => cache.delete(file)));
  }
}

async function isValid(cache, file) {
  const kept = await cache.match(file);
  return typeof WebAssembly !== 'undefined' && WebAssembly.validate(await kept.arrayBuffer());
}

async function answer(request) {
  try {
    const response = await fetch(request);
    // Kernels that the visitor chose, and not the browser.
    if (response.ok && request.url.endsWith('.wasm')) await (await caches.open(CACHE)).put(request, response.clone());
    return response;
  } catch (error) {
    // The folder's own address is that of its page.
    const kept = await caches.match(request.mode === 'navigate' ? 'index.html' : request, { ignoreSearch: true });
    if (kept !== undefined) return kept;
    throw error;
  }
}
