/** What a page has found out, for the test that opened it. */

/** The result of a page's script, or the stack of what it threw. */
export type Outcome<T> = { readonly value: T } | { readonly error: string };

/**
 * Runs what a page is for. The page begins by itself, under its own policy: code that a test runs in it would be
 * exempt from that.
 * @param run takes what the test asks for, from the page's address
 */
export function publish(run: (request: unknown) => Promise<unknown>): void {
  const request: unknown = JSON.parse(new URLSearchParams(location.search).get('request') ?? 'null');
  const outcome: Promise<Outcome<unknown>> = run(request).then(
    (value) => ({ value }),
    (error: unknown) => ({ error: (error as Error).stack ?? String(error) }),
  );
  Object.assign(globalThis, { outcome });
}
