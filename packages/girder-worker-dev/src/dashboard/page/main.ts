import { render } from 'preact';
import { App } from './app.ts';
import { h } from './html.ts';

const root = document.querySelector('#app');
if (root) render(h(App, {}), root);
