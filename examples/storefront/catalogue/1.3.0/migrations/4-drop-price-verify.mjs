import { hasColumn, openDatabase } from '../database.mjs';

// Succeeds only while the column that goes is still whole.
const database = openDatabase();
const isWhole =
  hasColumn(database, 'price') &&
  database.prepare('SELECT count(*) AS missing FROM products WHERE price IS NULL').get().missing === 0;
process.exitCode = isWhole ? 0 : 1;
