import { render } from 'preact';
import { App, Closed } from './app.tsx';
import { takeToken } from './token.ts';

const token = takeToken();
const root = document.getElementById('page');
if (root !== null) render(token === undefined ? <Closed /> : <App token={token} />, root);
