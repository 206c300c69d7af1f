/** What the page keeps beside the checkpoints: the visitor's own text, and what the saved run was about. */

import { Problem } from '../texts/problem.js';
import type { State } from '../state/schema.js';

/** What a saved run needs beside its checkpoint. */
export interface SavedRun {
  readonly settings: State['language'];
  /** The visitor's own text, where the run learns from it. */
  readonly ownText: string | undefined;
}

const DATABASE = 'recurra-playground';
const STORE = 'runs';

/** Keeps it. @throws Problem where there is no room, or nothing may be kept */
export async function saveRun(name: string, run: SavedRun): Promise<void> {
  await inStore('readwrite', (store) => store.put(run, name));
}

/** What was kept, or undefined. @throws Problem */
export function readRun(name: string): Promise<SavedRun | undefined> {
  return inStore('readonly', (store) => store.get(name) as IDBRequest<SavedRun | undefined>);
}

/** @throws Problem */
export async function deleteRun(name: string): Promise<void> {
  await inStore('readwrite', (store) => store.delete(name));
}

async function inStore<T>(mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  try {
    const database = await open();
    try {
      const transaction = database.transaction(STORE, mode);
      const request = act(transaction.objectStore(STORE));
      // A quota is found out about when the transaction ends, not when the request does.
      await new Promise<void>((resolve, reject) => {
        transaction.addEventListener('complete', () => resolve());
        transaction.addEventListener('abort', () => reject(transaction.error ?? new Error('aborted')));
      });
      return request.result;
    } finally {
      database.close();
    }
  } catch (error) {
    throw storageProblem(error);
  }
}

/** Why nothing could be kept. */
export function storageProblem(error: unknown): Problem {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  const isFull = name === 'QuotaExceededError' || /quota|no more room/i.test(message);
  return new Problem(isFull ? 'problem.quota' : 'problem.storage', {}, message, error);
}

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.addEventListener('upgradeneeded', () => request.result.createObjectStore(STORE));
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(request.error ?? new Error('the database could not be opened')));
  });
}
