/** Those of the products whose name or category has every word of `query`; all of them for an empty one. */
export function search(products, query) {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  return products.filter(({ name, category }) => {
    const text = `${name} ${category}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
