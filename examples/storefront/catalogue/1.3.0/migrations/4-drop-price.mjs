import { hasColumn, inTransaction, openDatabase } from '../database.mjs';

const database = openDatabase();
inTransaction(database, () => {
  if (hasColumn(database, 'price')) database.exec('ALTER TABLE products DROP COLUMN price');
});
