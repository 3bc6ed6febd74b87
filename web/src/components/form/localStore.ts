/** A small keyed store in this browser (IndexedDB); where a browser refuses it, what is put lasts as long as the page. */
export interface LocalStore<T> {
  get: (key: string) => Promise<T | undefined>;
  all: () => Promise<T[]>;
  put: (key: string, value: T) => Promise<void>;
  remove: (key: string) => Promise<void>;
}

export function memoryStore<T>(): LocalStore<T> {
  const kept = new Map<string, T>();
  return {
    get: async (key) => kept.get(key),
    all: async () => [...kept.values()],
    put: async (key, value) => void kept.set(key, value),
    remove: async (key) => void kept.delete(key),
  };
}

const database = 'health-brain';
const names = ['drafts', 'outbox'] as const;
let opened: Promise<IDBDatabase> | undefined;

function open(): Promise<IDBDatabase> {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(database, 1);
    request.onupgradeneeded = () => {
      for (const name of names) request.result.createObjectStore(name);
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error as Error);
  });
  return opened;
}

function answer<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error as Error);
  });
}

export function localStore<T>(name: (typeof names)[number]): LocalStore<T> {
  const fallback = memoryStore<T>();
  const run = async <R>(mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest, otherwise: () => Promise<R>): Promise<R> => {
    let base: IDBDatabase;
    try {
      base = await open();
    } catch {
      return otherwise();
    }
    return answer<R>(act(base.transaction(name, mode).objectStore(name)));
  };
  return {
    get: (key) => run<T | undefined>('readonly', (store) => store.get(key), () => fallback.get(key)),
    all: () => run<T[]>('readonly', (store) => store.getAll(), fallback.all),
    put: (key, value) => run<unknown>('readwrite', (store) => store.put(value, key), () => fallback.put(key, value)).then(() => undefined),
    remove: (key) => run<unknown>('readwrite', (store) => store.delete(key), () => fallback.remove(key)).then(() => undefined),
  };
}
