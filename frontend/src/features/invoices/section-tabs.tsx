import { ScrollArea, Tabs } from '@mantine/core';
import type { Section, SectionTotals } from '@/api/types';
import { formatTotals, shortTotals } from '@/lib/money';
import { SECTION_NAMES, SECTIONS } from '@/lib/texts';
import classes from './section-tabs.module.css';

interface Props {
  section: Section;
  totals: readonly SectionTotals[] | undefined;
  onChange: (section: Section) => void;
}

/** The five sections, each with its count and total. */
export function SectionTabs({ section, totals, onChange }: Props) {
  return (
    <ScrollArea type="never" viewportProps={{ tabIndex: -1 }}>
      <Tabs.List className={classes.list} aria-label="Sections">
        {SECTIONS.map((name) => {
          const found = totals?.find((entry) => entry.section === name);
          return (
            <Tabs.Tab
              key={name}
              value={name}
              className={classes.tab}
              data-chosen={name === section || undefined}
              onClick={() => onChange(name)}
            >
              <span className={classes.name}>
                {SECTION_NAMES[name]}
                <span className={classes.count}>{found ? found.count.toLocaleString('en-US') : ' '}</span>
              </span>
              <span className={classes.total} title={found ? formatTotals(found.totals) : undefined}>
                {found ? shortTotals(found.totals) : ' '}
              </span>
            </Tabs.Tab>
          );
        })}
      </Tabs.List>
    </ScrollArea>
  );
}
