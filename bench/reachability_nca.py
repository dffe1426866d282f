"""Times network-config-analyzer on a folder of manifests; runs apart from our packages."""

import contextlib
import io
import json
import sys
import time

from nca.NetworkConfig.NetworkConfigQuery import ConnectivityMapQuery
from nca.NetworkConfig.ResourcesHandler import ResourcesHandler
from nca.Utils.OutputConfiguration import OutputConfiguration


def main() -> None:
    folder = [sys.argv[1]]
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        started = time.process_time()
        config = ResourcesHandler().get_network_config(folder, folder, folder, None)
        read = time.process_time()
        query = ConnectivityMapQuery(config, OutputConfiguration({"outputFormat": "txt"}))
        answer = query.exec().output_explanation[0].str_explanation
        done = time.process_time()
    print(json.dumps({"reading": read - started, "analysing": done - read, "rows": len(answer.splitlines())}))


if __name__ == "__main__":
    main()
