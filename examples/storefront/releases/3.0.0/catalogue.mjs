export const products = [
  { id: 'teapot', name: 'Stoneware teapot', category: 'tea', cents: 4900 },
  { id: 'tea-cup', name: 'Tea cup', category: 'tea', cents: 1200 },
  { id: 'green-tea', name: 'Green tea, 100 g', category: 'tea', cents: 850 },
  { id: 'moka-pot', name: 'Moka pot', category: 'coffee', cents: 3400 },
  { id: 'grinder', name: 'Hand grinder', category: 'coffee', cents: 7900 },
  { id: 'espresso-cup', name: 'Espresso cup', category: 'coffee', cents: 950 },
  { id: 'honey', name: 'Forest honey', category: 'pantry', cents: 690 },
  { id: 'gift-card', name: 'Gift card', category: 'gifts', cents: 2500 },
];

/** The product of an id; `undefined` where there is none. */
export function findProduct(id) {
  return products.find((product) => product.id === id);
}

/** What to buy with a product: the cheapest other one of its category. */
export function recommendation(product) {
  return products
    .filter(({ id, category }) => category === product.category && id !== product.id)
    .reduce((cheapest, other) => (other.cents < cheapest.cents ? other : cheapest));
}

/** The products whose name or category has every word of `query`; all of them for an empty one. */
export function search(query) {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  return products.filter(({ name, category }) => {
    const text = `${name} ${category}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** Cents as people write them, such as `€ 12.50`. */
export function price(cents) {
  return `€ ${(cents / 100).toFixed(2)}`;
}
