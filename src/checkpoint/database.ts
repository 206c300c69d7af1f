/** Files of a page: bytes by name in IndexedDB, each replaced whole or not at all, and shared by the pages of an origin. */

import { CheckpointError } from '../errors.js';

/** A file, without its bytes. */
export interface StoredFile {
  readonly name: string;
  readonly bytes: number;
  /** When it was written last, in ms since 1970. */
  readonly time: number;
}

interface Entry {
  readonly bytes: Uint8Array;
  readonly time: number;
}

const DATABASE = 'recurra';
const FILES = 'files';

/** Replaces a file, or makes it; returns when it is on disk. @throws CheckpointError; the old file is then unchanged */
export async function putFile(name: string, bytes: Uint8Array): Promise<void> {
  // A view of a larger buffer, such as a memory, would be stored with all of it.
  const entry: Entry = { bytes: bytes.slice(), time: Date.now() };
  await transact(name, 'written', 'readwrite', (files) => [files.put(entry, name)]);
}

/** The bytes of a file; undefined if there is none. @throws CheckpointError */
export async function getFile(name: string): Promise<Uint8Array | undefined> {
  const [entry] = await transact(name, 'read', 'readonly', (files) => [files.get(name)]);
  return (entry as Entry | undefined)?.bytes;
}

/** Deletes a file, if there is one. @throws CheckpointError */
export async function deleteFile(name: string): Promise<void> {
  await transact(name, 'deleted', 'readwrite', (files) => [files.delete(name)]);
}

/** All files, by name. @throws CheckpointError */
export async function listFiles(): Promise<StoredFile[]> {
  const both = (files: IDBObjectStore): IDBRequest[] => [files.getAllKeys(), files.getAll()];
  const [names, entries] = await transact('the files', 'listed', 'readonly', both);
  return (entries as Entry[]).map(({ bytes, time }, i) => {
    return { name: (names as string[])[i]!, bytes: bytes.byteLength, time };
  });
}

/** Requests in one transaction, and their results. */
async function transact(
  name: string,
  action: string,
  mode: IDBTransactionMode,
  request: (files: IDBObjectStore) => readonly IDBRequest[],
): Promise<unknown[]> {
  let database: IDBDatabase | undefined;
  try {
    database = await open();
    const transaction = database.transaction(FILES, mode, { durability: 'strict' });
    const asked = request(transaction.objectStore(FILES));
    await settled(transaction);
    return asked.map(({ result }) => result as unknown);
  } catch (error) {
    throw await refusal(name, action, error as Error);
  } finally {
    database?.close();
  }
}

function open(): Promise<IDBDatabase> {
  if (typeof indexedDB === 'undefined') throw new Error('this runtime has no IndexedDB');
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.addEventListener('upgradeneeded', () => request.result.createObjectStore(FILES));
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(request.error!));
  });
}

function settled(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.addEventListener('complete', () => resolve());
    transaction.addEventListener('abort', () => reject(transaction.error ?? new Error('it was aborted')));
  });
}

async function refusal(name: string, action: string, error: Error): Promise<CheckpointError> {
  if (error.name !== 'QuotaExceededError') {
    const remedy = 'Use encodeCheckpoint and a download instead.';
    return new CheckpointError(`${name}: cannot be ${action}: ${error.message}. ${remedy}`, { cause: error });
  }
  const remedy = 'Delete checkpoints that are no longer needed, or download this one.';
  return new CheckpointError(`${name}: the browser has no more room for this page${await used()}. ${remedy}`, {
    cause: error,
  });
}

/** ` (3 of 4 MB are used)`, where the browser tells. */
async function used(): Promise<string> {
  const { usage, quota } = (await navigator.storage?.estimate().catch(() => undefined)) ?? {};
  if (usage === undefined || quota === undefined) return '';
  const [taken, all] = [usage, quota].map((bytes) => Math.round(bytes / 1e6));
  return ` (${taken} of ${all} MB are used)`;
}
