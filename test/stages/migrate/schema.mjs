// The migrations of the tests, on a real database: `node schema.mjs COMMAND` with DATABASE and, for `data`, DIE_AT or WAIT_AT.
import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

const {
  DATABASE = '',
  DIE_AT,
  WAIT_AT,
  EFFECTS = '',
  NONEVENT_PROGRESS,
  NONEVENT_FROM,
  NONEVENT_TO,
} = process.env;
const database = new DatabaseSync(DATABASE);
// Processes die here, and no machine does: what was written is seen without waiting for the disk.
database.exec('PRAGMA synchronous = OFF');
const has = (column) =>
  database.prepare('SELECT 1 FROM pragma_table_info(?) WHERE name = ?').get('orders', column) !== undefined;

const commands = {
  expand() {
    if (!has('cents')) database.exec('ALTER TABLE orders ADD COLUMN cents INTEGER');
  },
  shrink() {
    if (has('cents')) database.exec('ALTER TABLE orders DROP COLUMN cents');
  },
  data() {
    const [done = '0'] = (NONEVENT_PROGRESS ?? '').split('/');
    for (let id = Number(done) + 1; id <= 40; id += 1) {
      database.prepare('UPDATE orders SET cents = coalesce(cents, 0) + ? WHERE id = ?').run(id * 100, id);
      if (id % 10 === 0) process.stdout.write(`nonevent:progress ${id}/40\n`);
      if (id === Number(DIE_AT)) onceAt(id, () => process.kill(process.pid, 'SIGKILL'));
      if (id === Number(WAIT_AT))
        onceAt(id, () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60_000));
    }
  },
  contract() {
    if (has('price')) database.exec('ALTER TABLE orders DROP COLUMN price');
  },
  whole() {
    if (!has('price')) process.exit(1);
  },
};

function onceAt(id, act) {
  const mark = `${DATABASE}.${id}`;
  if (existsSync(mark)) return;
  writeFileSync(mark, '');
  act();
}

const [, , name = ''] = process.argv;
commands[name]();
if (EFFECTS !== '') appendFileSync(EFFECTS, `${name} ${NONEVENT_FROM} ${NONEVENT_TO}\n`);
