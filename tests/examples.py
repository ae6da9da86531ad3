"""Holds the examples of examples/kubernetes against the schemas of Kubernetes, which come with
`kubernetes-validate`, and against the program: that its commands take the arguments that stand there.

    examples.py UPTAKE FOLDER
"""

import pathlib
import subprocess
import sys

import kubernetes_validate
import yaml

VERSION = "1.31"


def pods(manifest):
    """The containers of a manifest, and the job that they belong to."""
    job = manifest.get("spec", {}).get("jobTemplate", {}).get("spec")
    return [(job, container) for container in job["template"]["spec"]["containers"]] if job else []


def check_arguments(uptake, job, container):
    """The command line is understood: what is wrong with it is the missing file, and not the words."""
    assert container["args"][1].startswith("/etc/uptake/"), container["args"]
    ended = subprocess.run([uptake, *container["args"]], capture_output=True, text=True, env={"JOB_COMPLETION_INDEX": "3"})
    said = ended.stderr + ended.stdout
    assert ended.returncode == 2 and "/etc/uptake/my.toml" in said and "Usage:" not in said, (container["args"], said)
    if job.get("completionMode") == "Indexed":
        of = container["args"][container["args"].index("--of") + 1]
        assert int(of) == job["completions"] == job["parallelism"], "every index needs a worker, and `--of` must name as many"


def check_policy(job, container):
    """The rules name the container, and codes that the program has."""
    for rule in job["podFailurePolicy"]["rules"]:
        codes = rule.get("onExitCodes")
        if codes:
            assert codes["containerName"] == container["name"], rule
            assert set(codes["values"]) <= {1, 2, 3, 4, 5, 6, 7, 130}, rule
    # Kubernetes takes a policy for failures only where pods are not restarted.
    assert job["template"]["spec"]["restartPolicy"] == "Never"


def main():
    uptake, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    images, jobs = set(), 0
    for file in sorted(folder.glob("*.yaml")):
        for manifest in yaml.safe_load_all(file.read_text()):
            kubernetes_validate.validate(manifest, VERSION, strict=True)
            for job, container in pods(manifest):
                check_arguments(uptake, job, container)
                check_policy(job, container)
                images.add(container["image"])
                jobs += 1
            # A test that cannot fail is none: a word that is misspelt is found.
            broken = {**manifest, "spce": {}}
            try:
                kubernetes_validate.validate(broken, VERSION, strict=True)
            except kubernetes_validate.ValidationError:
                continue
            raise AssertionError("the validation finds nothing")
    assert jobs == 2 and len(images) == 1, (jobs, images)
    print("ok")


if __name__ == "__main__":
    main()
