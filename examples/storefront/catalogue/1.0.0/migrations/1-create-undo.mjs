import { openDatabase } from '../database.mjs';

openDatabase().exec('DROP TABLE IF EXISTS products');
