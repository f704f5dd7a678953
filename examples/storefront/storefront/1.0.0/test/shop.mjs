import { once } from 'node:events';
import { createServer } from 'node:http';
import { createStorefront } from '../storefront.mjs';

const PRODUCTS = [
  { id: 'teapot', name: 'Stoneware teapot', category: 'tea', price: '49.00' },
  { id: 'tea-cup', name: 'Tea cup', category: 'tea', price: '12.00' },
  { id: 'green-tea', name: 'Green tea, 100 g', category: 'tea', price: '8.50' },
  { id: 'grinder', name: 'Hand grinder', category: 'coffee', price: '79.00' },
  { id: 'espresso-cup', name: 'Espresso cup', category: 'coffee', price: '9.50' },
  { id: 'honey', name: 'Forest honey', category: 'pantry', price: '6.90' },
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
