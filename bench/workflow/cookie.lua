-- wrk: reads as a session. HB_COOKIE: its cookie
wrk.headers["Cookie"] = os.getenv("HB_COOKIE")
