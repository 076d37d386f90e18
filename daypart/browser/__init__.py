"""The desk in a web browser on this computer: who may come in, what the page is, and one desk process for each open tab."""
