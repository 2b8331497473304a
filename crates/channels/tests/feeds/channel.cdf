<CHANNEL HREF="http://cdf.example/">
  <TITLE>CDF channel</TITLE>
  <ITEM HREF="http://cdf.example/1"><TITLE>CDF item</TITLE><ABSTRACT>From 1997</ABSTRACT></ITEM>
</CHANNEL>
