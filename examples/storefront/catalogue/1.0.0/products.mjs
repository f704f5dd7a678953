/** The products of a database as the API gives them. Prices are decimal text, such as `49.00`. */
export function createProducts(database) {
  const all = database.prepare('SELECT id, name, category, price FROM products ORDER BY position');
  const one = database.prepare('SELECT id, name, category, price FROM products WHERE id = ?');
  const setPrice = database.prepare('UPDATE products SET price = ? WHERE id = ?');

  return {
    list: () => all.all().map(row),
    find: (id) => {
      const found = one.get(id);
      return found === undefined ? undefined : row(found);
    },
    /** Whether there is such a product. */
    setPrice: (id, price) => setPrice.run(price, id).changes === 1,
  };
}

function row({ id, name, category, price }) {
  return { id, name, category, price };
}
