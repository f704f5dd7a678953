import { once } from 'node:events';
import { createServer } from 'node:http';
import { createStorefront } from '../storefront.mjs';

const PRODUCTS = [
  { id: 'teapot', name: 'Stoneware teapot', category: 'tea', cents: 4900 },
  { id: 'tea-cup', name: 'Tea cup', category: 'tea', cents: 1200 },
  { id: 'green-tea', name: 'Green tea, 100 g', category: 'tea', cents: 850 },
  { id: 'grinder', name: 'Hand grinder', category: 'coffee', cents: 7900 },
  { id: 'espresso-cup', name: 'Espresso cup', category: 'coffee', cents: 950 },
  { id: 'honey', name: 'Forest honey', category: 'pantry', cents: 690 },
];

const servers = [];

async function listen(server) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  servers.push(server);
  return `http://127.0.0.1:${server.address().port}`;
}

/** Starts the shop front on a small catalogue, and gives its address. */
export async function openShop() {
  process.env.CATALOGUE_URL = await listen(
    createServer((request, response) => {
      const id = request.url.split('/')[3];
      const found = id === undefined ? PRODUCTS : PRODUCTS.find((product) => product.id === id);
      response.statusCode = found === undefined ? 404 : 200;
      response.end(JSON.stringify(found));
    }),
  );
  return listen(createStorefront('test'));
}

export function closeShop() {
  for (const server of servers) {
    server.close();
    server.closeAllConnections();
  }
}
