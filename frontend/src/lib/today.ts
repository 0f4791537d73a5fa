import { createContext, useContext } from 'react';
import { formatDay, formatInstant } from './dates';

export interface Today {
  /** The firm's calendar day by the product's clock. */
  today: string;
  timeZone: string;
}

export const TodayContext = createContext<Today>({ today: new Date().toISOString().slice(0, 10), timeZone: 'UTC' });

export function useToday(): Today {
  return useContext(TodayContext);
}

/** Formats days and instants as this firm sees them. */
export function useDates() {
  const { today, timeZone } = useToday();
  return {
    day: (day: string | null | undefined) => (day ? formatDay(day, today) : '–'),
    instant: (instant: string | null | undefined) => (instant ? formatInstant(instant, timeZone, today) : '–'),
  };
}
