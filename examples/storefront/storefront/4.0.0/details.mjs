import { products } from './catalogue.mjs';
import { isOn } from './flags.mjs';

/** What the shop says of a product beyond what the catalogue knows. */
export async function detailsOf(product) {
  const goesWellWith = cheapest(await products(), product)?.id;
  return (await isOn('gift-wrapping')) ? { goesWellWith, giftWrapping: true } : { goesWellWith };
}

/** The cheapest other product of its category; `undefined` where it is alone in it. */
function cheapest(products, product) {
  return products
    .filter(({ id, category }) => category === product.category && id !== product.id)
    .sort((one, other) => one.cents - other.cents)
    .at(0);
}
