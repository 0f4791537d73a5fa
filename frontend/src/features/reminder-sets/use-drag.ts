import { type KeyboardEvent, type PointerEvent, useRef, useState } from 'react';

interface Drag {
  pointerId: number;
  from: number;
  hasMoved: boolean;
}

interface Props {
  isVertical: boolean;
  disabled: boolean;
  /** Pixels from where the drag began. */
  onMove: (pixels: number) => void;
  onDrop: () => void;
  onCancel: () => void;
  /** It was pressed and let go in one place. */
  onPress: () => void;
}

/** A hand may tremble this far before a press becomes a drag. */
const TREMBLE = 4;

/** Drags one thing along one direction, with mouse, pen or finger. Escape takes it back. */
export function useDrag({ isVertical, disabled, onMove, onDrop, onCancel, onPress }: Props) {
  const drag = useRef<Drag | null>(null);
  const [isDragging, setDragging] = useState(false);
  const at = (event: PointerEvent) => (isVertical ? event.clientY : event.clientX);
  const end = (then: () => void) => {
    drag.current = null;
    setDragging(false);
    then();
  };
  return {
    isDragging,
    handlers: {
      onPointerDown: (event: PointerEvent) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        drag.current = { pointerId: event.pointerId, from: at(event), hasMoved: false };
      },
      onPointerMove: (event: PointerEvent) => {
        const current = drag.current;
        if (disabled || current?.pointerId !== event.pointerId) return;
        const pixels = at(event) - current.from;
        if (!current.hasMoved && Math.abs(pixels) < TREMBLE) return;
        current.hasMoved = true;
        setDragging(true);
        onMove(pixels);
      },
      onPointerUp: () => {
        if (drag.current) end(drag.current.hasMoved ? onDrop : onPress);
      },
      onPointerCancel: () => {
        if (drag.current) end(onCancel);
      },
      onKeyDownCapture: (event: KeyboardEvent) => {
        if (event.key !== 'Escape' || !drag.current?.hasMoved) return;
        event.stopPropagation();
        end(onCancel);
      },
    },
  };
}
