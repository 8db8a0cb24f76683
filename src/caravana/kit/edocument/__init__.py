"""Electronic documents of Ecuador's SRI (comprobantes electrónicos), as every e-invoicing component and flow knows them."""
