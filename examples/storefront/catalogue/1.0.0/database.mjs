import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/**
 * The database of an environment, named by CATALOGUE_DATABASE. Several releases and a migration may use it at once, so a writer
 * waits for the others.
 */
export function openDatabase(path = process.env.CATALOGUE_DATABASE) {
  if (path === undefined) throw new Error('CATALOGUE_DATABASE is not set, expected the path of the database');
  if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true });
  const database = new DatabaseSync(path, { timeout: 5000 });
  database.exec('PRAGMA journal_mode = WAL');
  return database;
}

/** Runs a function in one transaction: all of it happens, or nothing. */
export function inTransaction(database, run) {
  database.exec('BEGIN IMMEDIATE');
  try {
    run();
    database.exec('COMMIT');
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
}

/** Whether the table of the products has a column; false where there is no table yet. */
export function hasColumn(database, column) {
  return database
    .prepare("SELECT name FROM pragma_table_info('products')")
    .all()
    .some(({ name }) => name === column);
}
