// What pages are drawn with: Preact, its hooks and htm, which stand in the tree as their makers
// give them and come before this in the same file.
export const html = htm.bind(preact.h);
export const render = preact.render;
export const { useEffect, useRef, useState } = preactHooks;
