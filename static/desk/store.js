// The browser's own stores, which may be full or forbidden: nothing here ever throws.

export const local = guarded(() => localStorage);
export const session = guarded(() => sessionStorage);

function guarded(store) {
  return {
    read: (key) => attempt(() => store().getItem(key), null),
    // Answers whether it is stored.
    write: (key, text) => attempt(() => (store().setItem(key, text), true), false),
    drop: (key) => attempt(() => store().removeItem(key), null),
    keys: () => attempt(() => Object.keys(store()), []),
  };
}

function attempt(act, otherwise) {
  try {
    return act();
  } catch {
    return otherwise;
  }
}
