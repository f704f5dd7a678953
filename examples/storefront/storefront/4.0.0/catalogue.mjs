/** The products that are sold. */
export async function products() {
  return ask('/v2/products');
}

/** The product of an id; `undefined` where there is none. */
export async function findProduct(id) {
  return ask(`/v2/products/${encodeURIComponent(id)}`);
}

/** A price as people write it, such as `€ 12.50`. */
export function written({ cents }) {
  return `€ ${(cents / 100).toFixed(2)}`;
}

async function ask(path) {
  const { CATALOGUE_URL = 'http://127.0.0.1:8081' } = process.env;
  const response = await fetch(CATALOGUE_URL + path, { signal: AbortSignal.timeout(2000) });
  if (response.status === 404) return undefined;
  if (!response.ok) throw new Error(`the catalogue answered ${path} with ${response.status}`);
  return response.json();
}
