import { price } from './catalogue.mjs';

const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Text as it may stand in HTML. */
export function escapeHtml(text) {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]);
}

/** The page that lists products, with the search that found them. */
export function page(products, query, release) {
  const items = products.map(({ id, name, cents }) => {
    return `<li><a href="/products/${encodeURIComponent(id)}">${escapeHtml(name)}</a> ${price(cents)}</li>`;
  });
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Storefront</title>
<h1>Storefront</h1>
<form><input name="q" value="${escapeHtml(query)}" aria-label="Search"><button>Search</button></form>
<ul>${items.join('\n')}</ul>
<footer>release ${escapeHtml(release)}</footer>
</html>
`;
}
