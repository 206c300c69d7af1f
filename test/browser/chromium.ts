/**
 * Chromium, driven by playwright-core: pages whose errors are errors of the test. A test that finds no Chromium
 * fails; it is not left out.
 */

import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium } from 'playwright-core';
import type { Browser, BrowserContext, BrowserContextOptions, ConsoleMessage, Page } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/**
 * The path of Chromium: the variable CHROMIUM, else the first of the usual names on the path.
 * @throws Error that says how to get it
 */
export function findChromium(environment: NodeJS.ProcessEnv = process.env): string {
  const { CHROMIUM, PATH = '' } = environment;
  if (CHROMIUM) {
    if (isExecutable(CHROMIUM)) return CHROMIUM;
    throw new Error(`CHROMIUM is ${CHROMIUM}, which is no program. Set it to the path of Chromium.`);
  }
  const found = PATH.split(delimiter)
    .flatMap((folder) => NAMES.map((name) => join(folder, name)))
    .find(isExecutable);
  if (found !== undefined) return found;
  throw new Error(
    `the tests in the browser need Chromium, and PATH has none of ${NAMES.join(', ')}. ` +
      'Install it (Debian: apt-get install --no-install-recommends chromium), or set CHROMIUM to its path.',
  );
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** How a page is opened. */
export interface PageOptions {
  /** Errors that the page is meant to have: the ones that match are not held against it. */
  readonly allowed?: RegExp;
  /** The screen and the visitor. Default: those of playwright. */
  readonly visitor?: BrowserContextOptions;
}

/** A page, and every error that it, its workers or its requests have had. */
export interface OpenPage {
  readonly page: Page;
  /** What went wrong so far, a line each. */
  readonly errors: readonly string[];
  /** Closes the page. @throws Error if anything went wrong in it */
  readonly close: () => Promise<void>;
}

/** A running Chromium. */
export class Chromium {
  readonly #browser: Browser;

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  /** Starts one without a window. @param flags more flags for the browser */
  static async launch(flags: readonly string[] = []): Promise<Chromium> {
    const args = ['--disable-gpu', ...flags];
    return new Chromium(await chromium.launch({ executablePath: findChromium(), args }));
  }

  get version(): string {
    return this.#browser.version();
  }

  /** Opens a page that shares nothing with the others. */
  async open(url: string, { allowed = /^\b$/, visitor }: PageOptions = {}): Promise<OpenPage> {
    const context = await this.#browser.newContext(visitor);
    const page = await context.newPage();
    const errors: string[] = [];
    collectErrors(page, (error) => {
      if (!allowed.test(error)) errors.push(error);
    });
    await page.goto(url);
    return { page, errors, close: () => closePage(context, url, errors) };
  }

  async close(): Promise<void> {
    await this.#browser.close();
  }
}

function collectErrors(page: Page, add: (error: string) => void): void {
  const listen = (message: ConsoleMessage): void => {
    if (message.type() === 'error' || message.type() === 'warning')
      add(`${message.type()}: ${message.text()} (${message.location().url})`);
  };
  page.on('console', listen);
  page.on('pageerror', (error) => add(`uncaught: ${error.stack ?? error.message}`));
  page.on('crash', () => add('the page has crashed'));
  page.on('requestfailed', (request) => add(`${request.url()}: ${request.failure()?.errorText ?? 'failed'}`));
}

async function closePage(context: BrowserContext, url: string, errors: readonly string[]): Promise<void> {
  await context.close();
  if (errors.length > 0) throw new Error(`${url} had errors:\n  ${errors.join('\n  ')}`);
}
