import { useState } from 'react';

/** A new key for a wish, so that pressing twice, or trying again after a lost answer, does it once. */
export function newRequestKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The key of the wish that a form is about, and how to begin the next one. */
export function useRequestKey(): [string, () => void] {
  const [key, setKey] = useState(newRequestKey);
  return [key, () => setKey(newRequestKey())];
}
