/** A scan that was not answered yet. Its request id is made once, so sending it twice does nothing twice. */
export type Scan = { id: string; who: string; action: string; code: string; fields: [string, string][]; at: number };

const store = "scans";

/** Unsent scans live in the browser's database: a reload, a crash or a night does not lose them. */
function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open("lienthong-desk", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(store, { keyPath: "id" });
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error ?? new Error("The browser's database does not open"));
  });
}

async function inStore<T>(mode: IDBTransactionMode, work: (scans: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const database = await open();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(store, mode);
      const asked = work(transaction.objectStore(store));
      transaction.oncomplete = () => resolve(asked.result);
      transaction.onabort = () => reject(transaction.error ?? new Error("The scan could not be kept"));
    });
  } finally {
    database.close();
  }
}

export const keep = (scan: Scan) => inStore("readwrite", (scans) => scans.put(scan));
export const forget = (id: string) => inStore("readwrite", (scans) => scans.delete(id) as IDBRequest<unknown>);

/** The scans of one person at one library, oldest first. Another's are left alone. */
export async function waiting(who: string): Promise<Scan[]> {
  const scans = (await inStore("readonly", (all) => all.getAll())) as Scan[];
  return scans.filter((scan) => scan.who === who).sort((a, b) => a.at - b.at);
}
