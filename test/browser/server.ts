/** A static server on loopback: a folder, or files in memory, with the headers that a test is about. */

import { createServer } from 'node:http';
import type { OutgoingHttpHeaders, Server, ServerResponse } from 'node:http';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';

const TYPES: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
};

/** The headers that isolate a page from other origins, for which it gets shared memory. */
export const ISOLATION: Readonly<Record<string, string>> = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
};

/** Files by path without the leading slash, or the folder that holds them. */
export type Files = string | ReadonlyMap<string, Content>;

/** A file. */
export type Content = string | Uint8Array;

/** What the server says with every file. */
export interface ServeOptions {
  /** Cross-origin isolation, so that pages have shared memory. Default false. */
  readonly isolated?: boolean;
  /** A Content-Security-Policy. Default none. */
  readonly csp?: string;
}

/** A server that runs. */
export interface Site {
  /** Its address, with a slash at the end. */
  readonly url: string;
  readonly close: () => Promise<void>;
}

/** Serves files until it is closed; the process may end before. */
export async function serve(files: Files, options: ServeOptions = {}): Promise<Site> {
  const headers = headersOf(options);
  const server = createServer((request, response) => void answer(files, headers, pathOf(request.url!), response));
  server.unref();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, close: () => closeServer(server) };
}

async function answer(
  files: Files,
  headers: OutgoingHttpHeaders,
  path: string,
  response: ServerResponse,
): Promise<void> {
  const content = await contentOf(files, path);
  // Browsers ask for an icon, and that there is none is no error.
  const status = content !== undefined ? 200 : path === 'favicon.ico' ? 204 : 404;
  const type = TYPES[extname(path)] ?? 'application/octet-stream';
  response.writeHead(status, { ...headers, 'content-type': type }).end(content);
}

function headersOf({ isolated = false, csp }: ServeOptions): OutgoingHttpHeaders {
  return {
    'cache-control': 'no-store',
    ...(isolated && ISOLATION),
    ...(csp !== undefined && { 'content-security-policy': csp }),
  };
}

/** The file that is asked for: the path is made plain first, so that none outside of the folder is. */
function pathOf(url: string): string {
  const { pathname } = new URL(url, 'http://127.0.0.1');
  const path = normalize(decodeURIComponent(pathname)).replace(/^\/+/, '');
  return path === '' || path.endsWith('/') ? `${path}index.html` : path;
}

async function contentOf(files: Files, path: string): Promise<Content | undefined> {
  if (typeof files !== 'string') return files.get(path);
  return readFile(join(files, path)).catch(() => undefined);
}

async function closeServer(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
}
