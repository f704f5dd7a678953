import { written } from './catalogue.mjs';

const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Text as it may stand in HTML. */
export function escapeHtml(text) {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]);
}

/** The page that lists products. */
export function page(products, release) {
  const items = products.map((product) => {
    const { id, name } = product;
    return `<li><a href="/products/${encodeURIComponent(id)}">${escapeHtml(name)}</a> ${escapeHtml(written(product))}</li>`;
  });
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Storefront</title>
<h1>Storefront</h1>
<ul>${items.join('\n')}</ul>
<footer>release ${escapeHtml(release)}</footer>
</html>
`;
}
