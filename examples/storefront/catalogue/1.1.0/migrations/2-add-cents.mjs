import { hasColumn, inTransaction, openDatabase } from '../database.mjs';

const database = openDatabase();
inTransaction(database, () => {
  if (!hasColumn(database, 'cents')) database.exec('ALTER TABLE products ADD COLUMN cents INTEGER');
});
