"""创建评价与认证: schemes as data, scores from measured figures, review, award, certificate."""
