/** The products of a database. Prices are whole cents. */
export function createProducts(database) {
  const all = database.prepare('SELECT id, name, category, cents FROM products ORDER BY position');
  const one = database.prepare('SELECT id, name, category, cents FROM products WHERE id = ?');
  const setCents = database.prepare('UPDATE products SET cents = ? WHERE id = ?');

  return {
    list: () => all.all().map(row),
    find: (id) => {
      const found = one.get(id);
      return found === undefined ? undefined : row(found);
    },
    /** Whether there is such a product. */
    setCents: (id, cents) => setCents.run(cents, id).changes === 1,
  };
}

function row({ id, name, category, cents }) {
  return { id, name, category, cents };
}
