"""Names for the sample firms. All people and companies are made up."""

FIRST = (
    "Ada Amir Beatriz Bjørn Camille Chidi Dana Diego Elena Emeka Fatima Felix Grace Hana Henrik "
    "Ines Ivan Jamal Jana Kofi Lara Liam Mei Mila Nadia Noah Olga Omar Priya Quinn Rosa Samir "
    "Sofía Tariq Uma Valentina Wei Ximena Yusuf Zoë"
)
LAST = (
    "Okafor Lindqvist Almeida Novák Brennan Castillo Dubois Eriksen Fischer García Haddad Ivanova "
    "Jensen Kowalski Laurent Müller Nakamura O'Connor Petrov Quigley Rossi Schneider Tanaka Ueda "
    "Vargas Whitfield Xu Yılmaz Zhang Østergård"
)
COMPANIES = (
    "Harborline Logistics Inc.",
    "Pine & Post Builders",
    "Bluestem Farms LLC",
    "Møllegaard Shipping A/S",
    "Café Lumière",
    "Northgate Dental Group",
    "Ríos Imports",
    "Kestrel Bay Software, Inc.",
    "Old Mill Brewing Co.",
    "Tidewater Marine Supply",
    "Lakeshore Property Partners",
    "Atelier d'Études Fontaine",
    "Evergreen Childcare",
    "Ironwood Fabrication",
    "東京 Trading K.K.",
)
MATTERS = (
    ("Lease review", "Real Estate"),
    ("Estate plan", "Wills and Estates"),
    ("Contract dispute", "Commercial Litigation"),
    ("Incorporation", "Corporate"),
    ("Employment advice", "Employment"),
    ("Trademark filing", "Intellectual Property"),
    ("Closing of purchase", "Real Estate"),
    ("Custody", "Family"),
    ("Insurance claim", "Commercial Litigation"),
    ("Shareholder agreement", "Corporate"),
)
"""What a matter is about, and its practice area."""
HOSTS = ("example.com", "example.org", "example.net")
