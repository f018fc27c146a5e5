"""What is found out with a calculator, as sheets: no command line, no terminal."""
