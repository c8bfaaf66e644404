import htm from 'htm';
import { type Attributes, type ComponentType, createElement, type VNode } from 'preact';

/** Markup as a tagged template. */
export const html = htm.bind(createElement) as (strings: TemplateStringsArray, ...values: unknown[]) => VNode;

/** Places a component in markup, with props that are checked: `${h(Component, props)}`. */
export function h<Props extends object>(component: ComponentType<Props>, props: Props & Attributes): VNode {
  return createElement(component, props) as VNode<unknown> as VNode;
}
