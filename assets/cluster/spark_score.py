"""Scores a folder of Parquet parts with cutouts on Spark, with an exported network in a pandas UDF.

    destello models export compact --out compact.onnx
    spark-submit --py-files destello.py --files compact.onnx spark_score.py CATALOGUE OUT compact.onnx

The workers need numpy, pandas, pyarrow, astropy and onnxruntime. Stamps are prepared by destello.py, as destello does
it; the columns are those of `destello score`: id, candid, mjd, a probability for each class, and why there is none.
Spark writes a part when it is whole, and does the part of a lost worker again.
"""

import sys

import pandas
from pyspark.sql import SparkSession
from pyspark.sql.functions import col, pandas_udf, struct
from pyspark.sql.types import ArrayType, FloatType, StringType, StructField, StructType

SCORE = StructType([StructField("row", ArrayType(FloatType())), StructField("refused", StringType())])
NETWORKS = {}


def network_of(path):
    """One network for each worker process, however many batches it gets."""
    import destello
    from pyspark import SparkFiles

    if path not in NETWORKS:
        try:
            NETWORKS[path] = destello.Network(path)
        except Exception:
            NETWORKS[path] = destello.Network(SparkFiles.get(path.rsplit("/", 1)[-1]))
    return NETWORKS[path]


def scorer(path, roles):
    @pandas_udf(SCORE)
    def score(cutouts: pandas.DataFrame) -> pandas.DataFrame:
        import destello

        epochs = []
        for cells in zip(*(cutouts[role] for role in roles)):
            epoch = destello.Epoch("")
            for role, data in zip(roles, cells):
                if data is not None:
                    destello.add_cutout(epoch, role, bytes(data))
            epochs.append(epoch)
        rows = [row for _, row in network_of(path).score(epochs)]
        is_refused = [isinstance(row, destello.Unusable) for row in rows]
        return pandas.DataFrame({
            "row": [None if no else row.tolist() for no, row in zip(is_refused, rows)],
            "refused": [str(row) if no else None for no, row in zip(is_refused, rows)],
        })

    return score


def score_all(spark, catalogue, out, path):
    """Scores the catalogue into a folder of Parquet parts."""
    import destello

    network = destello.Network(path)
    if network.is_sequence:
        raise SystemExit(f"{path}: follows objects from epoch to epoch; take `destello score` (dask_score.py)")
    table = spark.read.parquet(catalogue)
    columns = {role: name for name in table.columns for role in [destello.role_of(name)] if role}
    cutouts = struct(*(col(name).alias(role) for role, name in columns.items()))
    scored = table.select(
        col("objectId").alias("id"), "candid", "mjd", scorer(path, list(columns))(cutouts).alias("score")
    )
    classes = [col("score.row")[at].alias(name) for at, name in enumerate(network.classes)]
    scored.select("id", "candid", "mjd", *classes, "score.refused").write.mode("overwrite").parquet(out)


def main():
    if len(sys.argv) != 4:
        raise SystemExit("usage: spark_score.py CATALOGUE OUT NETWORK.onnx")
    spark = SparkSession.builder.appName("destello").getOrCreate()
    score_all(spark, *sys.argv[1:])
    spark.stop()


if __name__ == "__main__":
    main()
