import { inTransaction, openDatabase } from '../database.mjs';

const ROWS_AT_ONCE = 3;

const database = openDatabase();
const { total } = database.prepare('SELECT count(*) AS total FROM products').get();
const missing = database.prepare('SELECT id FROM products WHERE cents IS NULL ORDER BY position LIMIT ?');
// Every batch is a transaction of its own, and what is filled is found by its value: it goes on where it was cut short.
for (let rows = missing.all(ROWS_AT_ONCE); rows.length > 0; rows = missing.all(ROWS_AT_ONCE)) {
  const fill = database.prepare(
    "UPDATE products SET cents = CAST(replace(price, '.', '') AS INTEGER) WHERE id = ? AND cents IS NULL",
  );
  inTransaction(database, () => {
    for (const { id } of rows) fill.run(id);
  });
  const { done } = database.prepare('SELECT count(cents) AS done FROM products').get();
  process.stdout.write(`nonevent:progress ${done}/${total}\n`);
}
