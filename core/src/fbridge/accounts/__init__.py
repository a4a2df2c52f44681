"""Who may use the page of the office: accounts with roles, how they sign in, and who is signed in."""
