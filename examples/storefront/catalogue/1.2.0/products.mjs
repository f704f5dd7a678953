import { hasColumn } from './database.mjs';

/**
 * The products of a database. Prices are whole cents. They are also written as decimal text for as long as an older release that
 * reads it may come back, which is as long as the column is there.
 */
export function createProducts(database) {
  const all = database.prepare('SELECT id, name, category, cents FROM products ORDER BY position');
  const one = database.prepare('SELECT id, name, category, cents FROM products WHERE id = ?');

  return {
    list: () => all.all().map(row),
    find: (id) => {
      const found = one.get(id);
      return found === undefined ? undefined : row(found);
    },
    /** Whether there is such a product. */
    setCents: (id, cents) => {
      const values = hasColumn(database, 'price') ? { cents, price: (cents / 100).toFixed(2) } : { cents };
      const columns = Object.keys(values).map((column) => `${column} = ?`);
      const update = database.prepare(`UPDATE products SET ${columns.join(', ')} WHERE id = ?`);
      return update.run(...Object.values(values), id).changes === 1;
    },
  };
}

function row({ id, name, category, cents }) {
  return { id, name, category, cents };
}
