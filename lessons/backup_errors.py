"""The errors of backups, and of bringing one back."""

from lessons.errors import EnvironmentFault, RequestFault


class BackupPlaceUnnamed(RequestFault):
    """Where shall the backup go? Name a folder: guanke backup FOLDER, or GUANKE_BACKUP_TO."""

    zh = "请指定备份目录：guanke backup 目录，或设置 GUANKE_BACKUP_TO。"


class BadKeepRule(RequestFault):
    """“{rule}” does not say what to keep. Write days, weeks, months and years: 7d 4w 12m 0y."""

    zh = "“{rule}”不是有效的保留规则；请按“7d 4w 12m 0y”（日、周、月、年）的形式填写。"


class SnapshotUnknown(RequestFault):
    """{path} holds no backup named “{name}”. It has: {known}."""

    zh = "{path} 中没有名为“{name}”的备份。现有：{known}。"


class DataFolderNotEmpty(RequestFault):
    """{path} is not empty: a backup is brought back into a new folder. Name one with --data."""

    zh = "{path} 不是空目录。备份只能恢复到新目录，请用 --data 指定。"


class BackupPlaceMissing(EnvironmentFault):
    """{path} is no backup folder of Guanke. If it is on a NAS, see whether that is mounted; a new
    one begins with: guanke backup {path} --begin"""

    zh = (
        "{path} 不是观课的备份目录。若在 NAS 上，请检查是否已挂载；"
        "要在此新建备份，请运行：guanke backup {path} --begin"
    )


class BackupOfAnother(EnvironmentFault):
    """{path} holds the backups of another server. Name another folder, lest they mix."""

    zh = "{path} 中是另一台服务器的备份。请另选目录，以免混在一起。"


class BackupInsideData(RequestFault):
    """{path} lies within the data folder: it would be lost together with it. Name another disk."""

    zh = "{path} 位于数据目录内，会与数据一起丢失。请选择其他磁盘上的目录。"


class BackupPlaceLost(EnvironmentFault):
    """{path} went away while it was written to or read. What was backed up before is whole."""

    zh = "备份目录 {path} 在读写过程中断开。此前的备份不受影响。"


class BackupDamaged(EnvironmentFault):
    """{path}: this backup is not whole ({detail}). Use an earlier one, and see to the disk."""

    zh = "{path}：此备份不完整（{detail}）。请使用更早的备份，并检查磁盘。"


class BackupIncomplete(EnvironmentFault):
    """The backup was made, but {count} files are missing or damaged here: guanke fsck --deep."""

    zh = "备份已完成，但本机有 {count} 个文件缺失或损坏，请运行 guanke fsck --deep 检查。"


class BackupInterrupted(EnvironmentFault):
    """The last backup was ended before it was done. Those before it are whole."""

    zh = "上一次备份中途结束。此前的备份不受影响。"


class BackupAtWork(EnvironmentFault):
    """A backup of {path} is being made already (process {pid})."""

    zh = "{path} 的备份正在进行（进程 {pid}）。"


class ServerDatabaseApart(EnvironmentFault):
    """This database is on a server ({path}): it is backed up with the server's own tools."""

    zh = "此数据库在数据库服务器上（{path}），请用数据库服务器自带的工具备份。"
