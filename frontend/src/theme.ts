import {
  Alert,
  Badge,
  Button,
  CloseButton,
  type CloseButtonProps,
  createTheme,
  Drawer,
  InputWrapper,
  type CSSVariablesResolver,
  type MantineColorsTuple,
  Modal,
  NavLink,
  Paper,
  PasswordInput,
  Skeleton,
  Tabs,
  Tooltip,
} from '@mantine/core';

/** Petrol: the one accent. Green, amber and red are kept for what they mean. */
const petrol: MantineColorsTuple = [
  '#eef7f8', '#d9ebed', '#b1d6da', '#85c0c6', '#5facb4', '#3f98a2', '#26818c', '#186d78', '#12606a', '#0c4a52',
];
const green: MantineColorsTuple = [
  '#eefaf3', '#dcf3e5', '#b7e5ca', '#8ed5ab', '#69c690', '#4bb579', '#2f9a60', '#1f7d4b', '#17693e', '#0f4f2e',
];
const amber: MantineColorsTuple = [
  '#fff8ea', '#fdefcf', '#fadd9f', '#f6c96b', '#f1b63f', '#e0a023', '#bd8114', '#96640c', '#7c520a', '#5e3d05',
];
const red: MantineColorsTuple = [
  '#fff1f0', '#fee1df', '#fcc3bf', '#f79b95', '#f0736b', '#e0524a', '#c93c35', '#b0302a', '#962620', '#701b17',
];
const gray: MantineColorsTuple = [
  '#f8f9fa', '#f1f3f5', '#e6e9ed', '#d8dde3', '#c3cad3', '#9aa4b0', '#75808e', '#56616f', '#3a444f', '#1f262e',
];
const dark: MantineColorsTuple = [
  '#e3e7eb', '#c2c9d1', '#9fa8b3', '#79828d', '#48515c', '#333b45', '#262d35', '#1a1f26', '#14181e', '#0e1115',
];

export const theme = createTheme({
  colors: { petrol, green, amber, red, gray, dark },
  primaryColor: 'petrol',
  primaryShade: { light: 8, dark: 6 },
  autoContrast: false,
  fontFamily: "'Inter Variable', Inter, system-ui, -apple-system, 'Segoe UI', sans-serif",
  fontFamilyMonospace: "ui-monospace, SFMono-Regular, Menlo, Consolas, monospace",
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.125rem' },
  lineHeights: { xs: '1.4', sm: '1.45', md: '1.5', lg: '1.5', xl: '1.5' },
  headings: {
    fontWeight: '620',
    sizes: {
      h1: { fontSize: '1.5rem', lineHeight: '1.25' },
      h2: { fontSize: '1.0625rem', lineHeight: '1.35' },
      h3: { fontSize: '0.9375rem', lineHeight: '1.4' },
    },
  },
  defaultRadius: 'md',
  radius: { xs: '3px', sm: '5px', md: '8px', lg: '12px', xl: '20px' },
  respectReducedMotion: true,
  cursorType: 'pointer',
  focusRing: 'auto',
  components: {
    Alert: Alert.extend({ defaultProps: { variant: 'light', radius: 'md' } }),
    Badge: Badge.extend({ defaultProps: { variant: 'light', radius: 'sm', tt: 'none', fw: 550 } }),
    CloseButton: CloseButton.extend({ defaultProps: { 'aria-label': 'Close' } as Partial<CloseButtonProps> }),
    Button: Button.extend({ defaultProps: { fw: 550 } }),
    Drawer: Drawer.extend({ styles: { title: { fontSize: '1.0625rem', fontWeight: 620 } } }),
    // Nearly every field is needed; the few that are not say so in their description.
    InputWrapper: InputWrapper.extend({ defaultProps: { withAsterisk: false } }),
    Modal: Modal.extend({
      defaultProps: { centered: true, radius: 'lg' },
      styles: { title: { fontSize: '1.0625rem', fontWeight: 620 } },
    }),
    NavLink: NavLink.extend({ styles: { root: { borderRadius: 'var(--mantine-radius-md)' } } }),
    Paper: Paper.extend({ defaultProps: { withBorder: true, radius: 'lg' } }),
    PasswordInput: PasswordInput.extend({
      defaultProps: { visibilityToggleButtonProps: { 'aria-label': 'Show what is typed' } },
    }),
    Skeleton: Skeleton.extend({ defaultProps: { radius: 'sm' } }),
    Tabs: Tabs.extend({ defaultProps: { keepMounted: false } }),
    Tooltip: Tooltip.extend({ defaultProps: { openDelay: 250, events: { hover: true, focus: true, touch: true } } }),
  },
});

/** Quiet text that still has the contrast of WCAG AA, and a page a shade off the cards on it. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': '#56616f',
    '--mantine-color-placeholder': '#6b7683',
    '--mantine-color-error': '#b0302a',
    '--mantine-color-default-border': '#e1e5ea',
    '--mantine-color-anchor': '#12606a',
    '--it-page': '#fafbfb',
    '--it-line': '#e9ecef',
    '--it-hover': '#f4f6f7',
    '--it-selected': '#eef7f8',
    '--it-overdue': '#a52a25',
  },
  dark: {
    '--mantine-color-dimmed': '#a3adb8',
    '--mantine-color-placeholder': '#8b95a1',
    '--mantine-color-error': '#f79b95',
    '--mantine-color-default-border': '#2c343d',
    '--mantine-color-anchor': '#7cc4cc',
    '--it-page': '#11151a',
    '--it-line': '#242b33',
    '--it-hover': '#1e242b',
    '--it-selected': '#16282c',
    '--it-overdue': '#f79b95',
  },
});
