import { isOn } from './flags.mjs';

/** What the shop says of a product beyond what the catalogue knows. */
export async function detailsOf() {
  return (await isOn('gift-wrapping')) ? { giftWrapping: true } : {};
}
