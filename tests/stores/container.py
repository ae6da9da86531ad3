"""Makes a container in Azurite or a bucket in moto: container.py az|s3 ENDPOINT NAME."""

import base64
import hashlib
import hmac
import sys
import time
import urllib.error
import urllib.request
from email.utils import formatdate

ACCOUNT = "devstoreaccount1"
# The key of every Azurite.
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="


def request(kind, endpoint, name):
    if kind == "s3":
        # Which key it is matters to nobody, but it says that this is S3.
        credential = "AWS4-HMAC-SHA256 Credential=x/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=x"
        return urllib.request.Request(f"{endpoint}/{name}", method="PUT", headers={"Authorization": credential})
    headers = {"x-ms-date": formatdate(usegmt=True), "x-ms-version": "2021-08-06"}
    lines = "".join(f"{key}:{value}\n" for key, value in sorted(headers.items()))
    text = "PUT" + "\n" * 12 + lines + f"/{ACCOUNT}/{ACCOUNT}/{name}\nrestype:container"
    digest = hmac.new(base64.b64decode(KEY), text.encode(), hashlib.sha256).digest()
    headers["Authorization"] = f"SharedKey {ACCOUNT}:{base64.b64encode(digest).decode()}"
    return urllib.request.Request(f"{endpoint}/{ACCOUNT}/{name}?restype=container", method="PUT", headers=headers)


def main():
    for last in [False] * 20 + [True]:
        try:
            urllib.request.urlopen(request(*sys.argv[1:4]), timeout=10).read()
            return
        except urllib.error.HTTPError as error:
            if error.code == 409:
                return
            if last:
                sys.exit(f"{error}: {error.read()[:500]}")
        except OSError:
            if last:
                raise
        time.sleep(0.2)


main()
